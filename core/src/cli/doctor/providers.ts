import { PaymentId, paymentCallMs, systemPlatform } from '@holdfast/contract'
import type { Log } from '../../context.ts'
import { findProviderOf } from '../../payments/accounts.ts'
import { whyUnreachable } from '../../unreachable.ts'
import { smtpTransport } from '../../users/smtp-mailer.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import type { Settings } from './settings.ts'

/** Payments that no account has; an answer about one proves its key. */
const nobodys = { stripe: 'pi_holdfastdoctor0000000000', razorpay: 'order_holdfastdoctor' } as const

type ProviderName = keyof typeof nobodys

/** The accounts by provider and name, each with its mode. */
const accountsOf = ({ STRIPE_ACCOUNTS: stripe = {}, RAZORPAY_ACCOUNTS: razorpay = {} }: Settings) => [
  ...Object.entries(stripe).map(([name, { isLive }]) => ({ provider: 'stripe' as const, name, isLive })),
  ...Object.entries(razorpay).map(([name, { isLive }]) => ({ provider: 'razorpay' as const, name, isLive })),
]

async function ofCall(settings: Settings, provider: ProviderName, name: string): Promise<Finding> {
  const check = `payments ${provider} ${name}`
  const faults: Parameters<Log>[0][] = []
  const find = findProviderOf(
    {
      stripe: settings.STRIPE_ACCOUNTS ?? {},
      razorpay: settings.RAZORPAY_ACCOUNTS ?? {},
      isSimulationAllowed: false,
    },
    { fetch, platform: systemPlatform, log: (entry) => faults.push(entry) },
  )
  const charge = { paymentId: PaymentId.parse(nobodys[provider]), amount: 100, currency: 'EUR' }
  const sight = await find(provider, name)?.look(charge, paymentCallMs)
  if (sight && sight.word !== 'unknown') return ok(check, 'answers, and takes the key')
  const status = faults.find((fault) => typeof fault.status === 'number')?.status
  if (status === 401 || status === 403) {
    return fail(
      check,
      `refuses the key (${status})`,
      `give ${provider.toUpperCase()}_ACCOUNTS a key that may read and write payments`,
    )
  }
  return fail(
    check,
    `does not answer (${status ?? 'no answer in time'})`,
    'see its status page, and that this machine may call it',
  )
}

/** Accounts of payment providers: the form of keys was checked with the settings; with `call` they are tried. */
export async function paymentFindings(settings: Settings, call: boolean): Promise<Finding[]> {
  const accounts = accountsOf(settings)
  const modes = new Set(accounts.map(({ isLive }) => isLive))
  const shown = accounts.map(
    ({ provider, name, isLive }) => `${provider} ${name} (${isLive ? 'live' : 'test'})`,
  )
  const found = shown.join(', ') || 'no accounts: apps take payments themselves, or sell what is free'
  const told =
    modes.size > 1
      ? warn('payments', found, 'a buyer of the test accounts pays nothing: keep them on another core')
      : ok('payments', found)
  const calls = call ? accounts.map(({ provider, name }) => ofCall(settings, provider, name)) : []
  return [told, ...(await Promise.all(calls))]
}

/** Whether letters can be sent. */
export async function mailFindings({ SMTP_URL: url }: Settings): Promise<Finding[]> {
  if (url === undefined) return []
  const transport = smtpTransport(url)
  try {
    await transport.verify()
    return [ok('mail', 'the server takes this user')]
  } catch (error) {
    return [
      fail(
        'mail',
        `cannot be sent: ${whyUnreachable(error)}`,
        'see SMTP_URL: host, port, user and password, and the network',
      ),
    ]
  } finally {
    transport.close()
  }
}
