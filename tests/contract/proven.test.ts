import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { failureModes } from '../simulation/sometimes.ts'
import { numbers } from '../support/figures.ts'
import { proves } from '../support/proofs.ts'

const page = fileURLToPath(new URL('../README.md', import.meta.url))
const rows = readFileSync(page, 'utf8').matchAll(/^\| ([FI]\d+) \|(.*)\|$/gm)
const told = new Map(Array.from(rows, ([, id = '', row = '']) => [id, row]))

const promises = Array.from({ length: 15 }, (_, at) => `I${at + 1}`)
const failures = '1 2 3 4 5 6 7 9 10 11 12 13 14 15 16 18 19 20 21 22 25 26 27 29 31 34 35 36 37 39 40'.split(
  ' ',
)
const expected = [...promises, ...failures.map((number) => `F${number}`)]

const atPage = (link: string): string => join(dirname(page), link)

/** Names of tests that say what they prove, as in `F5, I1-I3: a name`. */
function titlesOf(file: string): { ids: string; name: string }[] {
  const source = readFileSync(file, 'utf8')
  const titles = source.matchAll(/['"`]((?:[FI]\d+(?:-[FI]\d+)?(?:, )?)+): ([^\n]*)/g)
  return Array.from(titles, ([, ids = '', name = '']) => ({ ids, name }))
}

describe('the page of what is proven', () => {
  test('has every promise and every failure, once and in order', () => {
    expect([...told.keys()]).toEqual(expected)
  })

  test.each(expected)('%s is proven by the tests that it names, and its links lead somewhere', (id) => {
    const row = told.get(id) ?? ''
    const links = Array.from(row.matchAll(/\]\(([^)]+)\)/g), ([, link = '']) => link)
    expect(links.filter((link) => !existsSync(atPage(link)))).toEqual([])
    const proofs = Array.from(row.matchAll(/\]\(([^)]+)\) “([^”]+)”/g), ([, link = '', name = '']) => ({
      link,
      name,
    }))
    expect(proofs.length).toBeGreaterThan(0)
    const missing = proofs.filter(
      ({ link, name }) =>
        !titlesOf(atPage(link)).some((title) => title.name.startsWith(name) && proves(title.ids, id)),
    )
    expect(missing).toEqual([])
  })

  test('says of each failure whether the simulation meets it', () => {
    const met = [...told].filter(([, row]) => row.endsWith('| yes ')).map(([id]) => id)
    expect(met.toSorted()).toEqual(Object.keys(failureModes).toSorted())
  })
})

test('every number that has to be reached is told by a test', () => {
  const sources = globSync('tests/**/*.ts', { cwd: join(dirname(page), '..') })
    .filter((file) => !file.endsWith('support/figures.ts') && !file.endsWith('proven.test.ts'))
    .map((file) => readFileSync(join(dirname(page), '..', file), 'utf8'))
  const isTold = (number: string) =>
    sources.some((source) => source.includes('tell(') && source.includes(`'${number}'`))
  expect(Object.keys(numbers).filter((number) => !isTold(number))).toEqual([])
})
