"""From decisions to eyes: thin Streamlit pages over the same functions as the command line (comes later)."""
