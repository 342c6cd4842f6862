import * as z from 'zod'

const levels = ['info', 'warn', 'error'] as const

/**
 * How weighty a line of a log is. `info`: what happened, one line a request among it. `warn`: what failed and is tried
 * again. `error`: what somebody has to look at.
 */
export type LogLevel = (typeof levels)[number]

/** The setting of every program that logs. */
export const LogLevel = z.enum(levels, 'must be info, warn or error').default('info').meta({
  description:
    'Lines of the log that weigh less are not written: `info`, one line a request among them; `warn`, what failed and is tried again; `error`, what somebody has to look at.',
  refused: 'other words',
})

/** One line of a log. Fields are named one by one: what nobody named is not in it. */
export interface LogEntry {
  /** What happened, in a word that never changes. */
  readonly event: string
  /** `info` when absent. */
  readonly level?: LogLevel
  readonly [field: string]: unknown
}

/** Whether a line is written at that level. */
export const isLogged = (level: LogLevel, least: LogLevel): boolean =>
  levels.indexOf(level) >= levels.indexOf(least)

/** How weighty an answer is: a fault is somebody's to look at; what else failed is tried again by whoever asked. */
export const levelOfStatus = (status: number): LogLevel =>
  status === 500 ? 'error' : status > 500 ? 'warn' : 'info'

/** Fields that no line has. Should one get there by mistake, `[redacted]` is written for what it says. */
export const secretFields: readonly string[] = [
  'apiKey',
  'assertion',
  'authorization',
  'card',
  'clientSecret',
  'cookie',
  'email',
  'headers',
  'key',
  'message',
  'password',
  'passwordHash',
  'phone',
  'secret',
  'signature',
  'stack',
  'token',
  'x-api-key',
]
