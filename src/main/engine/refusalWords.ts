import type { Problem } from '../../shared/errors.ts'

/** Why the engine does not start, for a dialog: what happened, what Silverdrop does, what the person can do. */
export function refusalWords(problem: Problem): { readonly message: string; readonly detail: string } {
  const { message, does } = wordsOf(problem)
  return { message, detail: `${does}\n\n${problem.detail}` }
}

function wordsOf({ code }: Problem): { readonly message: string; readonly does: string } {
  switch (code) {
    case 'already-running':
      return {
        message: 'Another Silverdrop already works on this queue.',
        does: 'This one has touched nothing, so that nothing is sent twice. End the other one, then try again.'
      }
    case 'disk-full':
      return {
        message: 'This computer’s disk is full, so Silverdrop cannot open its queue.',
        does: 'Nothing is lost. Silverdrop tries again by itself; free some space.'
      }
    default:
      return {
        message: 'Silverdrop cannot open its queue.',
        does: 'It has changed nothing. The text below says what stands in the way; mend that, then try again.'
      }
  }
}
