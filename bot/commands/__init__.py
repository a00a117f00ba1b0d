"""The commands of ``huaxin`` that stand in files of their own."""
