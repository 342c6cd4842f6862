import { type LogLevel, type Platform, secretFields } from '@holdfast/contract'
import pino from 'pino'
import type { Log } from '../context.ts'

const quoted = (name: string): string => `["${name}"]`

/** A log of one JSON line an entry, by pino. What is written is gone to `to` when the call returns. */
export function jsonLog(
  least: LogLevel,
  { now }: Pick<Platform, 'now'>,
  to: pino.DestinationStream = pino.destination({ fd: 1, sync: true }),
): Log {
  const logger = pino(
    {
      level: least,
      // Which pod it is from is known to who collects the lines.
      base: null,
      timestamp: () => `,"at":"${new Date(now()).toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      // Only named fields get here; this is for the day when somebody names a wrong one.
      redact: {
        paths: secretFields.flatMap((name) => [quoted(name), `*${quoted(name)}`]),
        censor: '[redacted]',
      },
    },
    to,
  )
  return ({ level = 'info', ...entry }) => logger[level](entry)
}
