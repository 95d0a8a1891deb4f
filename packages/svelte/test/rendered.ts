/** What a server makes of page.svelte: one test checks that it does, another hydrates it. */
export const rendered =
  "<!--[--><p>disconnected idle online</p> <p>0 0 0 0 </p> " +
  '<div class="attune-banner" role="status" aria-live="polite"><!--[-1--><!--]--></div><!----> ' +
  '<ul class="attune-avatars" role="list" aria-label="Members"><!--[--><!--]--> <!--[-1--><!--]--></ul><!----> ' +
  '<div class="attune-typing" role="status" aria-live="polite" aria-label="Typing"><!--[-1--><!--]--></div><!----><!--]-->';
