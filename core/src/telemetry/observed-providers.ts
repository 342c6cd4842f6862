import type { FindProvider, Provider } from '../payments/provider.ts'
import type { Observe } from './observe.ts'

/** What is asked of a provider over the network; a webhook is read here. */
const asked: ReadonlySet<PropertyKey> = new Set<keyof Provider>([
  'order',
  'identify',
  'look',
  'capture',
  'void',
  'refund',
])

/** Providers that are looked on: each call by the provider and what it is asked for, as `stripe.capture`. */
export const observedProviders =
  (find: FindProvider, observe: Observe): FindProvider =>
  (provider, account) => {
    const found = find(provider, account)
    if (!found) return null
    return new Proxy(found, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== 'function' || !asked.has(name)) return value
        const work = { kind: 'provider', name: `${provider}.${String(name)}` } as const
        return (...args: unknown[]) => observe(work, () => Reflect.apply(value, of, args))
      },
    })
  }
