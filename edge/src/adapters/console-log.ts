import type { Log } from '../ports.ts'

/** One line of JSON an entry, where the platform collects what a program prints. */
export const consoleLog: Log = (entry) => console.log(JSON.stringify(entry))
