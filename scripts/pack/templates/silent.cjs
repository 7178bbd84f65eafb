"use strict"
// In place of the package debug, which some of @stdlib's functions call and which asks for a terminal.
module.exports = () => () => {}
