/** Whether `ids`, as in `F5, I1-I3`, name this promise or failure. */
export function proves(ids: string, id: string): boolean {
  return ids.split(', ').some((part) => {
    const [first = '', last = first] = part.split('-')
    const [from, of, to] = [first, id, last].map((one) => Number(one.slice(1))) as [number, number, number]
    return first[0] === id[0] && from <= of && of <= to
  })
}

/** Whether a test's full name, or that of a suite around it, begins with that id: `F5, I1-I3: a name`. */
export const claims = (fullName: string, id: string): boolean =>
  fullName.split(' > ').some((title) => proves(/^([FI\d, -]+): /.exec(title)?.[1] ?? '', id))
