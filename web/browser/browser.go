// Package browser tests the pages of joy serve in a real Chromium. It is a module
// of its own, so that nobody who builds joy fetches what drives the browser.
package browser
