import { nameLengthMax, Problem } from '@holdfast/contract'
import { zValidator } from '@hono/zod-validator'
import type * as z from 'zod'
import type { BodyEnv } from '../context.ts'
import { readBody } from './body-limit.ts'

/** What zod found wrong, as our own refusal: by default the library answers in a shape of its own. */
const refuse = (result: { success: true } | { success: false; error: z.core.$ZodError }): void => {
  if (result.success) return
  const errors = result.error.issues.map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, nameLengthMax),
    message: message.slice(0, nameLengthMax),
  }))
  throw new Problem('invalid_request', { errors })
}

/** The ids in the path. What is no legal id names nothing, so it is not found. */
export const pathIds = <Schema extends z.ZodType>(schema: Schema) =>
  zValidator('param', schema, ({ success }) => {
    if (!success) throw new Problem('not_found')
  })

/** The query, by a strict schema. */
export const query = <Schema extends z.ZodType>(schema: Schema) => zValidator('query', schema, refuse)

/**
 * The JSON body, by a strict schema. It is read as JSON in UTF-8 whatever its content type says, and no body at all
 * stands for an empty object, here and at core. Its bytes stay at hand, since core gets them as they came, and may be
 * read again by another schema.
 */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  const validate = zValidator<Schema, 'json', BodyEnv, string, typeof refuse>('json', schema, refuse)
  const jsonBody: typeof validate = async (c, next) => {
    // A guard may have read it before the route does.
    const read = c.get('body') ?? (await readBody(c.req.raw, c.get('bodyBytesMax')))
    const bytes = read.length === 0 ? new TextEncoder().encode('{}') : read
    c.set('body', bytes)
    const headers = new Headers(c.req.raw.headers)
    headers.set('content-type', 'application/json')
    headers.delete('content-encoding')
    c.req.raw = new Request(c.req.url, { method: c.req.method, headers, body: textOf(bytes) })
    return validate(c, next)
  }
  return jsonBody
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notJson()
  }
}

/** For a body that cannot be read as JSON. */
export const notJson = () =>
  new Problem('invalid_request', { errors: [{ path: '', message: 'must be JSON' }] })
