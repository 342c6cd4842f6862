import { deviceLengthMax, headers, patterns } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'

const placeOf = (pool?: true) =>
  createMiddleware<EdgeEnv>(async function signInPlace(c, next) {
    const device = c.req.header(headers.userAgent)?.slice(0, deviceLengthMax) ?? ''
    if (device !== '' && patterns.plainText.test(device)) c.set('device', device)
    if (pool) c.set('pool', true)
    await next()
  })

/** Notes with what somebody signs in, to be told in the list of their sessions. */
export const signInPlace = placeOf()

/** The same on the predecessors' routes, where a session is good with every app. */
export const poolSignInPlace = placeOf(true)
