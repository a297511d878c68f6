"""What AWS does later, or refuses for a while. One file per behaviour of table.json, as under extensions/."""
