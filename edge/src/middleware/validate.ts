import { errorsPerAnswerMax, nameLengthMax, Problem } from '@holdfast/contract'
import type { MiddlewareHandler } from 'hono'
import { validator } from 'hono/validator'
import type { z } from 'zod'
import type { BodyEnv } from '../context.ts'
import { readBody } from './body-limit.ts'

const refusalOf = (error: z.ZodError): Problem => {
  const errors = error.issues.slice(0, errorsPerAnswerMax).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, nameLengthMax),
    message: message.slice(0, nameLengthMax),
  }))
  return new Problem('invalid_request', { errors })
}

/** The ids in the path. What is no legal id names nothing, so it is not found. */
export const pathIds = <Schema extends z.ZodType>(schema: Schema) =>
  validator('param', (value): z.output<Schema> => {
    const result = schema.safeParse(value)
    if (!result.success) throw new Problem('not_found')
    return result.data
  })

/** The query, by a strict schema. */
export const query = <Schema extends z.ZodType>(schema: Schema) =>
  validator('query', (value): z.output<Schema> => {
    const result = schema.safeParse(value)
    if (!result.success) throw refusalOf(result.error)
    return result.data
  })

/** JSON in UTF-8, whatever its content type says; no body at all stands for an empty object. */
function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Problem('invalid_request', { errors: [{ path: '', message: 'must be JSON' }] })
  }
}

/** The JSON body, by a strict schema; its bytes stay at hand, since core gets them as they came. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
): MiddlewareHandler<BodyEnv, string, { in: { json: z.input<Schema> }; out: { json: z.output<Schema> } }> {
  return async function jsonBody(c, next) {
    const bytes = await readBody(c.req.raw, c.get('bodyBytesMax'))
    const result = schema.safeParse(parseJson(bytes))
    if (!result.success) throw refusalOf(result.error)
    c.set('body', bytes)
    c.req.addValidatedData('json', result.data as object)
    await next()
  }
}
