// Here and not in tsconfig.json, so that the program type-checks where only its own dependencies are installed.
/// <reference types="mocha" />
