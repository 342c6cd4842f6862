/**
 * Loaded before core or the edge (`node --import`): gives core ports at whose calls it can be killed, and both of them
 * shorter times, so that what a campaign leaves behind is over within seconds. The code that runs is what ships.
 */
import { registerHooks } from 'node:module'
import { shortTimes } from './short-times.ts'

/** What core's entry builds its adapters with, and what stands in their place. */
const doubles: Readonly<Record<string, string>> = {
  './store/open.ts': './store.ts',
  '@holdfast/inventory/tcp': './redis.ts',
  './payments/accounts.ts': './payments.ts',
}

const entry = new URL('../../../core/src/server.ts', import.meta.url).href
const limits = new URL('../../../core/contract/limits.ts', import.meta.url).href

function shortened(source: string): string {
  return Object.entries(shortTimes).reduce((text, [name, ms]) => {
    const line = new RegExp(`(?<=^export const ${name} = )[\\d_]+$`, 'm')
    if (!line.test(text)) throw new Error(`there is no limit ${name}`)
    return text.replace(line, String(ms))
  }, source)
}

registerHooks({
  resolve(specifier, context, next) {
    const double = context.parentURL === entry ? doubles[specifier] : undefined
    return next(double ? new URL(double, import.meta.url).href : specifier, context)
  },
  load(url, context, next) {
    const loaded = next(url, context)
    return url === limits ? { ...loaded, source: shortened(String(loaded.source)) } : loaded
  },
})
