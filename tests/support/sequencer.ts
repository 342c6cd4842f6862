import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The projects whose tests wait longest, that longest first: they begin, so that nothing long is left for the end. */
const waiting = ['faults', 'upgrade', 'e2e']

const rankOf = ({ project }: TestSpecification): number => {
  const rank = waiting.indexOf(project.name)
  return rank < 0 ? waiting.length : rank
}

/** Vitest's own order within a project; of the projects of a group, those that wait come first. */
export default class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b))
  }
}
