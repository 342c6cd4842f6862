import type { PagesQuery } from './requests.ts'

/** A page of core's by its number: one question, however far down it is. */
export const numberedPath = (
  list: 'bookings' | 'apps' | 'all-bookings',
  { page, limit }: PagesQuery,
  filter: Readonly<Record<string, string>> = {},
): string =>
  `/internal/pages/${list}?${new URLSearchParams({ ...filter, page: String(page), limit: String(limit) })}`

/** What is said of a page. */
export const pagination = ({ page, limit }: PagesQuery, total: number) => ({
  page,
  limit,
  total,
  pages: Math.ceil(total / limit),
  totalPages: Math.ceil(total / limit),
})
