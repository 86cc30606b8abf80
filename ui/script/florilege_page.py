"""The script that Streamlit runs for every visitor and every click.

It stands in a folder of its own: Streamlit puts the script's folder on the import path, where the
house's modules would hide the standard library's.
"""

from ui.run import draw

draw()
