"""One call on its way: prepared, sent, judged, sent again or given up."""
