import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newId, principal, systemPlatform, tokenIssuer, tokenKinds } from '@holdfast/contract'
import { SignJWT } from 'jose'
import { expect } from 'vitest'
import * as z from 'zod'
import { type ApiAnswer, callApi } from '../../edge/dev/api.ts'

/** A seat as the predecessor's pages draw it: these fields and no others. */
const Seat = z.strictObject({
  id: z.string(),
  row: z.string().nullable(),
  number: z.union([z.number(), z.string()]).nullable(),
  tier: z.enum(['vip', 'premium', 'standard']),
  price: z.number(),
  state: z.enum(['available', 'locked', 'booked']),
  lockedBy: z.string().nullable(),
  ttl: z.int().nullable(),
})

/** What a client of TicketS reads, and nothing besides. */
export const said = {
  seats: z.strictObject({ seats: z.array(Seat) }),
  locked: z.strictObject({ success: z.literal(true), timeMs: z.number().min(0) }),
  notLocked: z.strictObject({ success: z.literal(false), message: z.string(), timeMs: z.number().min(0) }),
  paid: z.strictObject({ success: z.literal(true), txId: z.string() }),
  refused: z.strictObject({ success: z.literal(false), message: z.string() }),
  released: z.strictObject({ success: z.literal(true) }),
  registered: z.strictObject({ success: z.literal(true), message: z.string() }),
  session: z.strictObject({ success: z.literal(true), token: z.string(), userId: z.string() }),
  error: z.strictObject({ error: z.string() }),
}

/** What an answer says, if it has this status and just this form. */
export function saidIn<Schema extends z.ZodType>(status: number, schema: Schema, answer: ApiAnswer) {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return schema.parse(answer.body)
}

/** A client as the predecessor's are: a base URL and a token, nothing else. */
export function ticketsClient(
  edgeUrl: string,
  token?: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const always = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const post = (path: string, body: unknown) =>
    callApi(`${edgeUrl}/api${path}`, { method: 'POST', headers: always, body })
  return {
    post,
    seats: () => callApi(`${edgeUrl}/api/seats`, { headers: always }),
    lock: (seatId: string) => post('/lock', { seatId }),
    pay: (seatId: string, idempotencyKey: string) => post('/pay', { seatId, idempotencyKey }),
    release: (seatId: string) => post('/release', { seatId }),
    async seat(id: string) {
      const { seats } = saidIn(200, said.seats, await callApi(`${edgeUrl}/api/seats`, { headers: always }))
      const found = seats.find((seat) => seat.id === id)
      if (!found) throw new Error(`there is no seat ${id}`)
      return found
    },
  }
}

/** A token as core makes it at a login, for a user that it has not asked to sign up first. */
export function tokenOf(userId: string, userTokenSecret: string): Promise<string> {
  const { typ, audience } = tokenKinds.user
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ })
    .setIssuer(tokenIssuer)
    .setAudience(audience)
    .setSubject(principal.pool(userId))
    .setJti(newId('tok', systemPlatform.random))
    .setIssuedAt()
    .setExpirationTime('7d')
    .sign(new TextEncoder().encode(userTokenSecret))
}

/** A token as TicketS signs it, for an hour. */
export const oldTokenOf = (userId: unknown, jwtSecret: string, more: object = {}): Promise<string> =>
  new SignJWT({ userId, email: 'ann@example.org', ...more })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(jwtSecret))

interface Rush {
  readonly edgeUrl: string
  /** By which the load client signs, as the old deployment did. */
  readonly jwtSecret: string
  readonly seatId: string
}

/**
 * What its load client does: users 0 to 499 at one seat at once, each pretending to forward for another address. One
 * has it and sees so, everybody else is told so in the predecessor's words, and nobody meets a fault.
 *
 * @returns how many were told that the seat is taken, the others being told to come again.
 */
export async function expectOneWinner({ edgeUrl, jwtSecret, seatId }: Rush): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: 500 }, async (_, userId) =>
      ticketsClient(edgeUrl, await oldTokenOf(userId, jwtSecret), {
        'x-forwarded-for': `203.0.${userId >> 8}.${userId & 255}`,
        'x-real-ip': `198.51.100.${userId & 255}`,
      }),
    ),
  )
  // Who was told that nobody had time asks again, and may have the seat already, which is refused then.
  const unsure = new Set<number>()
  const insist = async (lock: (id: string) => Promise<ApiAnswer>, userId: number): Promise<ApiAnswer> => {
    for (;;) {
      const answer = await lock(seatId)
      if (answer.status !== 503) return answer
      unsure.add(userId)
      await systemPlatform.sleep(1_000)
    }
  }
  const answers = await Promise.all(clients.map(({ lock }, userId) => insist(lock, userId)))
  const told = (status: number) => answers.filter((answer) => answer.status === status)
  const [won, taken, limited] = [told(200), told(409), told(429)]
  expect(answers.filter(({ status }) => ![200, 409, 429].includes(status)).map(({ text }) => text)).toEqual(
    [],
  )
  expect(won.length).toBeLessThanOrEqual(1)
  for (const answer of won) saidIn(200, said.locked, answer)
  for (const answer of taken) saidIn(409, said.notLocked, answer)
  for (const answer of limited) saidIn(429, said.error, answer)
  // Only who has it is told who that is.
  const winners: number[] = []
  for (const userId of new Set(
    [...answers.keys()].filter((n) => answers[n]?.status === 200 || unsure.has(n)),
  )) {
    const { lockedBy } = (await clients[userId]?.seat(seatId)) ?? {}
    if (lockedBy === String(userId)) winners.push(userId)
  }
  expect(winners, 'a number is its text').toHaveLength(1)
  if (won.length > 0) expect(answers[winners[0] ?? -1]?.status).toBe(200)
  return taken.length
}

/** Asks again while one client has had its ten requests of the second. */
export async function turn(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 429 || !answer.text.includes('Too many requests')) return answer
    await systemPlatform.sleep(Number(answer.headers.get('retry-after')) * 1_000)
  }
}

/** The code in the last letter to an address, as core prints it on a laptop. */
export function codeFor({ dir }: { readonly dir: string }, email: string): string {
  const letter = readFileSync(join(dir, 'core.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"mail"') && line.includes(email))
    .at(-1)
  return /"text":"(\d{6})/.exec(letter ?? '')?.[1] ?? 'none'
}
