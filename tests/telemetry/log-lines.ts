import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Stack } from '../../edge/dev/stack.ts'

/** What every line of a log has, and each of a request. */
const Line = z.looseObject({
  level: z.enum(['info', 'warn', 'error']),
  at: z.iso.datetime(),
  event: z.string(),
})
const RequestLine = Line.extend({
  event: z.literal('request'),
  method: z.string(),
  route: z.string().startsWith('/'),
  status: z.int(),
  code: z.string(),
  ms: z.number().min(0),
  /** None is known of what the edge has not signed. */
  requestId: z
    .string()
    .regex(/^req_\w{22}$/)
    .optional(),
  eventId: z.string().optional(),
  coreMs: z.number().optional(),
})
type RequestLine = z.infer<typeof RequestLine>

/** The log of a part, as text. */
export const logOf = ({ dir }: Stack, part: 'core' | 'edge'): string =>
  readFileSync(join(dir, `${part}.log`), 'utf8')

/** The requests that a log tells of, by the id that the edge gave them. Every line is JSON. */
export function requestsIn(text: string): Map<string | undefined, RequestLine[]> {
  const lines = text.split('\n').filter((line) => line !== '')
  const told = lines.map((line) => Line.parse(JSON.parse(line)))
  const requests = told.filter(({ event }) => event === 'request').map((line) => RequestLine.parse(line))
  return Map.groupBy(requests, ({ requestId }) => requestId)
}

/** What no log may have in it, whoever it is of. */
export const secretShapes: readonly RegExp[] = [
  /eyJ[\w-]{5,}\.[\w-]+/,
  /hf_[ps]k_/,
  /\b[sp]k_(test|live)_/,
  /rzp_(test|live)_/,
  /whsec_/,
  /bearer /i,
  /\$2[aby]\$\d\d\$/,
  /[\w.+-]+@[\w-]+\.\w/,
  /(redis|mongodb|smtp|https?):\/\/[^\s/"]*@/,
  /hold_\w{22}/,
]
