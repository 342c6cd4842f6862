import { Problem } from '@holdfast/contract'
import type { Hono, HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import { TrieRouter } from 'hono/router/trie-router'
import type { EdgeEnv } from '../context.ts'
import { isPreflight } from './cors.ts'

/**
 * What is answered where nothing is. A preflight is let through: a page could not read the 404 otherwise.
 * @throws Problem `not_found`
 */
export function nothingHere(request: Pick<HonoRequest, 'method' | 'header'>): Response {
  if (isPreflight(request)) return new Response(null, { status: 204 })
  throw new Problem('not_found')
}

/**
 * What each path may be asked by: another method is refused before a guard asks for a key, with those that it knows in
 * `Allow`, and so is answered who only asks for them. A HEAD is known where a GET is: Hono runs it as one and drops the body.
 */
export function knownMethods(app: Pick<Hono<EdgeEnv>, 'routes'>) {
  let methodsAt: ((path: string) => string[]) | undefined

  return createMiddleware<EdgeEnv>(async function knownMethods(c, next) {
    // Routes are added after this.
    methodsAt ??= createTable(app.routes)
    const { method, path } = c.req
    const known = methodsAt(path)
    if (known.includes(method)) return next()
    if (known.length === 0) return nothingHere(c.req)
    c.get('always').allow = known.join(', ')
    if (method === 'OPTIONS') return new Response(null, { status: 204 })
    throw new Problem('method_not_allowed')
  })
}

/** The methods of a path, by the routes that there are; those for all methods are guards. */
function createTable(routes: Hono<EdgeEnv>['routes']): (path: string) => string[] {
  const methods = new Map<string, Set<string>>()
  for (const { method, path } of routes) {
    if (method === 'ALL') continue
    const known = methods.get(path) ?? new Set()
    for (const one of method === 'GET' ? ['GET', 'HEAD'] : [method]) known.add(one)
    methods.set(path, known)
  }
  const router = new TrieRouter<ReadonlySet<string>>()
  for (const [path, known] of methods) router.add('ALL', path, known)
  return (path) => [...new Set(router.match('ALL', path)[0].flatMap(([known]) => [...known]))]
}
