import {
  type AnyCode,
  assertionTtlSeconds,
  clockToleranceSeconds,
  coreBudgetMs,
  EdgeClaims,
  type EdgeKeys,
  type Fault,
  headers,
  isRead,
  type Platform,
  Problem,
  problems,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { base64url, jwtVerify } from 'jose'
import * as z from 'zod'
import type { SignedInAdmin } from '../administration/sessions.ts'
import { assertAlive } from './admission.ts'
import type { TakeWrite } from './taken-writes.ts'

/** What a request carries once the edge has vouched for it. */
export interface CoreEnv {
  Variables: {
    claims: EdgeClaims
    /** The admin who calls, if their session is good. */
    admin?: SignedInAdmin
    /** The id of what the edge signed: of one request, and of no other. */
    assertionId: string
    /** The body as it was signed. */
    body: string
    /** The same, once a route has read it. */
    json?: unknown
    /** When the answer must be on its way, on our clock. */
    deadlineMs: number
    /** When it came, on our clock. */
    startedMs: number
    /** How long it waited for its turn. */
    queuedMs?: number
    /** Why it was refused, in the word that the caller was given. */
    code?: AnyCode
    /** Of the trace that it is kept in. */
    traceId?: string
    /** What nobody foresaw. */
    fault?: Fault
  }
}

/** Whoever sent it is no edge that core knows, or its clock is off: what a client asked for was not looked at. */
export class EdgeRefused extends Problem {
  /** How the edge is told (`headers.edgeRefused`). */
  readonly word: 'true' | 'replayed'

  constructor(word: 'true' | 'replayed' = 'true') {
    super({
      code: 'forbidden',
      ...problems.forbidden,
      advice: 'Core is asked by the edge alone: ask the edge.',
    })
    this.word = word
  }
}

/**
 * Lets in what the edge has signed for this method and path, a moment ago. Identity comes from here and from nothing else.
 * The body is not touched before.
 */
export function edgeAssertion(keys: EdgeKeys, platform: Platform) {
  const secrets = new Map(keys.map((key) => [key.kid, key.secret]))

  const verify = async (token: string): Promise<{ readonly id: string; readonly claims: EdgeClaims }> => {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const secret = secrets.get(kid ?? '')
        if (!secret) throw new Error('unknown kid')
        return secret
      },
      {
        algorithms: ['HS256'],
        typ: tokenKinds.edge.typ,
        issuer: tokenIssuer,
        audience: tokenKinds.edge.audience,
        requiredClaims: ['exp', 'iat', 'jti'],
        maxTokenAge: assertionTtlSeconds,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(platform.now()),
      },
    )
    return { id: z.string().parse(payload.jti), claims: EdgeClaims.parse(payload) }
  }

  return createMiddleware<CoreEnv>(async function edgeAssertion(c, next) {
    const arrivedMs = platform.now()
    const { id, claims } = await verify(c.req.header(headers.edgeAssertion) ?? '').catch(() => {
      throw new EdgeRefused()
    })
    const { pathname, search } = new URL(c.req.url)
    if (claims.method !== c.req.method || claims.path !== pathname + search) throw new EdgeRefused()
    c.set('claims', claims)
    c.set('assertionId', id)
    c.set('deadlineMs', arrivedMs + Math.min(claims.budgetMs, coreBudgetMs))
    await next()
  })
}

/** Reads the body and lets it in if it is the one that was signed, and a write if it was not let in before. */
export function signedBody(platform: Platform, take: TakeWrite) {
  return createMiddleware<CoreEnv>(async function signedBody(c, next) {
    const raw = new Uint8Array(await c.req.raw.arrayBuffer())
    const digest = base64url.encode(await platform.sha256(raw))
    if (c.var.claims.bodyDigest !== digest) throw new EdgeRefused()
    if (!isRead(c.req.method) && !take(c.var.assertionId)) throw new EdgeRefused('replayed')
    c.set('body', new TextDecoder().decode(raw))
    assertAlive(platform, c.var.deadlineMs)
    await next()
  })
}
