/// What an empty chat shows: what one can try with the model that is chosen.
export function Welcome({ demo }: { demo: boolean }) {
  return (
    <div class="turns" tabIndex={0} role="region" aria-label="New chat">
      <div class="empty">
        <h2>What is to be done?</h2>
        {demo ? (
          <>
            <p>The demo model does what single lines tell it. Try one of these:</p>
            <ul class="stack gap-4">
              <li><code>/say Hello there</code> <span class="dim">it says that</span></li>
              <li><code>/slow 5 One word after the other</code> <span class="dim">it streams for five seconds</span></li>
              <li><code>{"/tool time {}"}</code> <span class="dim">it calls a tool</span></li>
              <li><code class="break">{'/tool filesystem {"action": "write", "path": "hello.txt", "content": "Hello"}'}</code> <span class="dim">it asks before it writes a file</span></li>
            </ul>
          </>
        ) : <p>Write a message below. Answers stream in; tools show what they do, and those that change something ask first.</p>}
      </div>
    </div>
  );
}
