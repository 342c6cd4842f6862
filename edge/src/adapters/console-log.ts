import { isLogged, type LogLevel, type Platform, secretFields } from '@holdfast/contract'
import type { Log } from '../ports.ts'

const hidden: ReadonlySet<string> = new Set(secretFields)

/** One line of JSON an entry, as core writes them, where the platform collects what a program prints. */
export const consoleLog =
  (least: LogLevel, { now }: Pick<Platform, 'now'>): Log =>
  ({ level = 'info', ...entry }) => {
    if (!isLogged(level, least)) return
    const line = { level, at: new Date(now()).toISOString(), ...entry }
    console.log(JSON.stringify(line, (name, value) => (hidden.has(name) ? '[redacted]' : value)))
  }
