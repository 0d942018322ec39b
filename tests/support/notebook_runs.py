"""Runs cells in a real kernel and hands back what a viewer would get, for tests of what is displayed."""

import nbformat
from nbclient import NotebookClient

from authoring.execute import kernel_manager
from tests.support import ROOT


def run_cells(*sources):
    """Execute the sources as cells of one notebook; return it, with outputs and the state of its widgets."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = {"metadata": {"path": str(ROOT)}}
    manager = kernel_manager()
    client = NotebookClient(notebook, km=manager, timeout=900, startup_timeout=900, resources=folder)
    client.execute(cleanup_kc=True)
    return notebook


def displayed(cell, mime):
    """What the cell displayed of one kind, in order."""
    return [output["data"][mime] for output in cell.outputs if mime in output.get("data", {})]


def printed(cell):
    """What the cell printed."""
    return "".join(output["text"] for output in cell.outputs if output["output_type"] == "stream")
