import { createHash } from 'node:crypto'
import type { Command, Engine } from './engine.ts'

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

/** Upstash's clients mark scripts with a first line that an ordinary Redis refuses. */
const withoutHeader = (source: string): string => source.replace(/^#!lua[^\n]*\n/, '')

/**
 * Runs the scripts of Upstash's clients on an engine that knows neither their header nor, if embedded, EVALSHA:
 * it remembers each script by the SHA that the client knows it by.
 */
export function withScripts(engine: Engine): Engine {
  const known = new Map<string, string>()

  const run = async ([name, ...args]: Command): Promise<unknown> => {
    const [first = '', ...rest] = args
    switch (name.toUpperCase()) {
      case 'EVAL': {
        const source = withoutHeader(first)
        known.set(sha1(first), source)
        return engine.run(['EVAL', source, ...rest])
      }
      case 'EVALSHA': {
        const source = known.get(first.toLowerCase())
        if (source === undefined) throw new Error('NOSCRIPT No matching script. Please use EVAL.')
        return engine.run(['EVAL', source, ...rest])
      }
      case 'SCRIPT': {
        const [source = ''] = rest
        if (first.toUpperCase() !== 'LOAD') return engine.run([name, ...args])
        known.set(sha1(source), withoutHeader(source))
        return sha1(source)
      }
      default:
        return engine.run([name, ...args])
    }
  }
  return { ...engine, run }
}
