"""The app: `streamlit run app.py`, `python app.py` or `uvicorn app:app` serve it with its sound route."""

from pathlib import Path

import streamlit as st

from ui.media import routes

app = st.App(Path(__file__).resolve().parent / "ui" / "script" / "florilege_page.py", routes=routes())

if __name__ == "__main__":
    app.run()
