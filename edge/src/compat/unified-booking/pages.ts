import { Problem, pageSizeMax, unifiedRowsMax } from '@holdfast/contract'
import type { PagesQuery } from './requests.ts'

/** One of our own pages. */
interface Page<Row> {
  readonly rows: readonly Row[]
  readonly nextCursor?: string | undefined
}

/**
 * The first `count` rows of a list that we tell by cursors, for a client that counts pages: cursors are not counted,
 * so the rows before are read too.
 */
export async function firstRows<Row>(
  count: number,
  ask: (page: { readonly limit: string; readonly cursor?: string }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const limit = String(Math.min(pageSizeMax, count - rows.length))
    const page = await ask({ limit, ...(cursor !== undefined && { cursor }) })
    rows.push(...page.rows)
    cursor = page.nextCursor
  } while (cursor !== undefined && rows.length < count)
  return rows
}

/**
 * How many rows a page needs to be read.
 * @throws Problem `invalid_request` for a page so far down that a filter finds it sooner.
 */
export function rowsUpTo({ page, limit }: PagesQuery): number {
  const rows = page * limit
  if (rows <= unifiedRowsMax) return rows
  const message = `pages end at ${unifiedRowsMax} rows`
  throw new Problem('invalid_request', { errors: [{ path: 'page', message }] })
}

/** The rows of one page. */
export const slice = <Row>(rows: readonly Row[], { page, limit }: PagesQuery): Row[] =>
  rows.slice((page - 1) * limit, page * limit)

/** What is said of a page. */
export const pagination = ({ page, limit }: PagesQuery, total: number) => ({
  page,
  limit,
  total,
  totalPages: Math.ceil(total / limit),
})
