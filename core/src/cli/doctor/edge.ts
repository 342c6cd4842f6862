import { codeTold, headers, PublicKeys, systemPlatform } from '@holdfast/contract'
import { makeKey } from '../../apps/keys.ts'
import { createReceipts } from '../../bookings/receipts.ts'
import { whyUnreachable } from '../../unreachable.ts'
import { ownSession } from '../own-session.ts'
import { clockFinding } from './clock.ts'
import { jsonOf } from './conceal.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import type { Settings } from './settings.ts'

/** Longer than the edge waits for core. */
const askMs = 12_000

interface Answer {
  readonly status: number
  readonly text: string
  readonly date: string | null
  readonly askedAtMs: number
  readonly answeredAtMs: number
}

type Ask = (path: string, sent?: Readonly<Record<string, string>>) => Promise<Answer>

const askingOf =
  (edge: string): Ask =>
  async (path, sent = {}) => {
    const askedAtMs = systemPlatform.now()
    const response = await fetch(new URL(path, edge), {
      headers: sent,
      redirect: 'error',
      signal: systemPlatform.deadline(askMs),
    })
    const answeredAtMs = systemPlatform.now()
    const date = response.headers.get('date')
    return { status: response.status, text: await response.text(), date, askedAtMs, answeredAtMs }
  }

const codeOf = ({ status, text }: Answer): string | undefined => codeTold(status, text)

async function ofReadiness(ask: Ask): Promise<Finding[]> {
  const answer = await ask('/readyz')
  const { status, date, askedAtMs, answeredAtMs } = answer
  const readiness =
    status === 200
      ? ok('edge', `is ready, answers within ${answeredAtMs - askedAtMs} ms`)
      : fail(
          'edge',
          `/readyz answers ${status}`,
          'its log says what it misses: settings that are refused, or Redis',
        )
  if (date === null) return [readiness]
  return [
    readiness,
    clockFinding('the edge', { askedAtMs, answeredAtMs, theirMs: Date.parse(date), stepMs: 1_000 }),
  ]
}

/** Whether core publishes, by way of the edge, the keys of this environment. */
async function ofReceiptKey(
  ask: Ask,
  { RECEIPT_KEY: key, RECEIPT_KEYS_OLD: old }: Settings,
): Promise<Finding[]> {
  if (key === undefined) return []
  const check = 'edge receipt keys'
  const { status, text } = await ask('/.well-known/jwks.json')
  const published = PublicKeys.safeParse(jsonOf(text)).data
  if (published === undefined)
    return [
      fail(check, `/.well-known/jwks.json answers ${status}`, 'see that core runs, and CORE_URL at the edge'),
    ]
  const kids = new Set(published.keys.map(({ kid }) => kid))
  const own = (await createReceipts(key, systemPlatform, old)).jwks.keys
  const missing = own.filter(({ kid }) => kid === undefined || !kids.has(kid))
  return missing.length === 0
    ? [ok(check, `${own.length} published, the same as here`)]
    : [
        fail(
          check,
          `${missing.length} of ${own.length} are not published: core has another RECEIPT_KEY`,
          'is this edge before another core? Restart core with these settings',
        ),
      ]
}

/** A wrong app key is one that core has to look up: the edge asks under its signature, and core answers or does not. */
async function ofAssertion(ask: Ask): Promise<Finding> {
  const check = 'edge to core'
  const answer = await ask('/v1/events', { [headers.apiKey]: makeKey('secret', systemPlatform).text })
  const code = codeOf(answer)
  if (code === 'invalid_api_key') return ok(check, 'core takes the word of this edge')
  if (code === 'rate_limited') return ok(check, 'was not asked: too many wrong keys came from this address')
  return fail(
    check,
    `a question that goes to core answers ${answer.status} ${code ?? ''}`,
    'see that core runs, CORE_URL at the edge, and that both have the same EDGE_ASSERTION_KEYS',
  )
}

/** Whether the edge takes the admin tokens of this core. */
async function ofTokens(ask: Ask, settings: Settings): Promise<Finding[]> {
  const { ADMIN_TOKEN_SECRET, ADMIN_EMAIL, ADMIN_PASSWORD_HASH } = settings
  if (!ADMIN_TOKEN_SECRET || !ADMIN_EMAIL || !ADMIN_PASSWORD_HASH) return []
  const check = 'edge admin tokens'
  const { token } = await ownSession({ ...settings, ADMIN_TOKEN_SECRET, ADMIN_EMAIL, ADMIN_PASSWORD_HASH })
  const answer = await ask('/v1/admin/apps?limit=1', { authorization: `Bearer ${token}` })
  if (answer.status === 200) return [ok(check, 'are taken')]
  if (answer.status === 404)
    return [
      warn(
        check,
        'were not tried: nothing of the operator is there for the address that this comes from',
        'ask from one of the ADMIN_NETWORKS of the edge, or see that they are the networks that the edge sees',
      ),
    ]
  const found = `an admin's question answers ${answer.status} ${codeOf(answer) ?? ''}`
  return [
    answer.status === 401
      ? fail(
          check,
          found,
          'see that edge and core have the same ADMIN_TOKEN_SECRET, and core this ADMIN_PASSWORD_HASH',
        )
      : fail(check, found, 'mend what is above first'),
  ]
}

/** Everything about an edge that anybody, or its core, can ask it. */
export async function edgeFindings(edge: string, settings: Settings): Promise<Finding[]> {
  const ask = askingOf(edge)
  try {
    return [
      ...(await ofReadiness(ask)),
      ...(await ofReceiptKey(ask, settings)),
      await ofAssertion(ask),
      ...(await ofTokens(ask, settings)),
    ]
  } catch (error) {
    return [fail('edge', `cannot be asked: ${whyUnreachable(error)}`, 'see that --edge is where it answers')]
  }
}
