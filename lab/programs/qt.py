"""qt.py qt5|qt6 HOST...: opens each host's page in Qt WebEngine."""
import sys

if sys.argv[1] == "qt5":
    from PyQt5.QtCore import QTimer, QUrl
    from PyQt5.QtWebEngineWidgets import QWebEnginePage as Page
    from PyQt5.QtWidgets import QApplication
else:
    from PyQt6.QtCore import QTimer, QUrl
    from PyQt6.QtWebEngineCore import QWebEnginePage as Page
    from PyQt6.QtWidgets import QApplication

hosts = sys.argv[2:]
application = QApplication(sys.argv[:1])
page = Page()


def following():
    if not hosts:
        application.quit()
        return
    page.load(QUrl("https://%s/" % hosts.pop(0)))


page.loadFinished.connect(lambda ok: QTimer.singleShot(300, following))
QTimer.singleShot(85000, application.quit)
following()
getattr(application, "exec_" if sys.argv[1] == "qt5" else "exec")()
