"""What a page complains of while it is used."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog

# The browser says this of every answer that is not 2xx, wanted or not.
ANSWER = "Failed to load resource"


class PageProblems:
    """Dialogs, uncaught errors, broken rules of the CSP and whatever else the console calls an error."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def listen(self, window: BrowserContext) -> None:
        """Hear all pages of a window, those that it opens later included."""
        window.on("dialog", self._dialog)
        window.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))
        window.on("console", self._console)

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWER):
            self.seen.append(f"console: {message.text}")
