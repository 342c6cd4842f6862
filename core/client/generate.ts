/**
 * Writes what the client needs to know of each operation while it runs, and no schema, so that zod stays out of the
 * pages of shops. `--check` writes nothing and fails when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { callers, type Operation, operations } from '@holdfast/contract/operations'
import * as z from 'zod'
import type { Route } from './route.ts'

function routeOf({ method, path, repeat, caller, query, body, answers }: Operation): Route {
  const { key, user, admin } = callers[caller]
  const media = [...new Set(Object.values(answers).flatMap((content) => Object.keys(content)))]
  const isJson = (type: string) => type === 'application/json'
  return {
    method,
    path,
    repeat,
    shows: admin ? 'admin' : user !== 'none' ? 'buyer' : key !== 'none' ? 'key' : 'nothing',
    hasBody: body !== undefined,
    ...(body && query instanceof z.ZodObject && { query: Object.keys(query.shape) }),
    media: media.toSorted((a, b) => Number(isJson(b)) - Number(isJson(a))),
  }
}

const routes = Object.entries<Operation>(operations).map(
  ([id, operation]) => `  ${id}: ${JSON.stringify(routeOf(operation))},\n`,
)
const text = `// Written by core/client/generate.ts from the table of operations. Do not edit.
import type { OperationId } from '@holdfast/contract/operations'
import type { Route } from '../route.ts'

export const routes: Readonly<Record<OperationId, Route>> = {
${routes.join('')}}
`

const file = new URL('generated/routes.ts', import.meta.url)
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error('core/client/generated/routes.ts is stale: run `npm run build` and commit it.')
  process.exitCode = 1
}
