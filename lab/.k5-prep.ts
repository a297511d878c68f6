const { prepare } = require("./prepare");
prepare(true, console.log).then(() => console.log("prepared"), (e: any) => { console.error(e); process.exit(1); });
