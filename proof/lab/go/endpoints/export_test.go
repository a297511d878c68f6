package endpoints

// Connect is what Dial's clients connect with.
var Connect = (*Connection).connect
