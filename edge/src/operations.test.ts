import { type Operation, operations } from '@holdfast/contract/operations'
import { expect, test } from 'vitest'
import { unifiedPaths } from './compat/unified-booking/paths.ts'
import { createTestEdge } from './testing.ts'

/** The predecessors have APIs of their own, and contracts of their own. */
const isOurs = ({ path }: { readonly path: string }) => !unifiedPaths.test(path)

/** What people see in a browser is no operation. */
const pages = ['GET /docs', 'GET /docs/errors']

const served = (): string[] => {
  const { routes } = createTestEdge().app
  // A route is listed once for each of its guards; what is for all methods is a guard of all routes.
  const names = routes
    .filter(({ method }) => method !== 'ALL')
    .filter(isOurs)
    .map(({ method, path }) => `${method} ${path}`)
  return [...new Set(names)].map((name) => name.replace(/:(\w+)/g, '{$1}'))
}

const described = Object.values<Operation>(operations).map(({ method, path }) => `${method} ${path}`)

test('every route that is served is in the table of operations, or a page', () => {
  expect(served().filter((route) => !described.includes(route) && !pages.includes(route))).toEqual([])
})

test('every operation and every page is served', () => {
  expect([...described, ...pages].filter((route) => !served().includes(route))).toEqual([])
})
