"""The build root: the folder beside the home in which RUNs run.

It is a cache and the pristine copy of what a build made: kept between builds, brought to a
step's input tree by touching what differs. Every RUN gets an agent of its own and ends with that
agent's namespace; what it left is captured by the next one, which it could not reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import define, field

from genieagent.trees import Digest, Forest, Path, Tree, compare
from geniejars.contents import Contents
from geniejars.events import Stream
from geniejars.plan import RunStep
from geniejars.results import Result, Results
from geniejars.scanned_folders import fetch_folders, mended
from geniejars.site import Site
from geniejars.transition import transition

if TYPE_CHECKING:
    from geniejars.client import AgentSession

OnOutput = Callable[[Stream, bytes], None]


@define
class BuildRoot:
    """The root of one jar during one build. Call `close` at its end, whatever happened."""

    site: Site
    forest: Forest
    contents: Contents
    tree: Tree | None = None  # what it holds, once that is known
    _session: AgentSession | None = field(default=None, init=False)

    @property
    def takes_home(self) -> bool:
        """Whether a RUN in it takes the home's name for as long as it runs."""
        return self._agent().situation in ("no-namespaces", "weak")

    def bring_to(self, tree: Tree) -> None:
        """Make it hold exactly this tree."""
        current = self.tree or self._scan()
        if current == tree:
            return
        self.tree = None
        session = self._agent()
        forest = mended(self.forest, session)
        operations = transition(forest, current, tree, self.contents.write)
        session.apply(
            "root", tree, self.contents.with_openers(operations), after=self.contents.check
        )
        self.tree = tree

    def run(self, step: RunStep, secrets: Mapping[str, str], on_output: OnOutput) -> int:
        """Run the command, end its namespace; the exit code comes back. The tree is open then."""
        self.tree = None
        session = self._agent()
        try:
            return session.run(
                step.argv,
                env={**step.env, **secrets},
                cwd=step.workdir,
                timeout=step.timeout,
                mounts=step.mounts,
                on_output=on_output,
            )
        finally:
            self.close()

    def capture(self, before: Tree, results: Results) -> Result:
        """The tree that a RUN left, and a layer of the entries in which it differs."""
        after = self._scan()
        results.keep_folders(self.forest.fresh)
        forest = mended(self.forest, self._agent())
        changed = [c.path for c in compare(forest, before.root, after.root) if c.new]
        return Result(after, self._pack(changed, results) if changed else None)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
            self.site.end("build")

    def _agent(self) -> AgentSession:
        if self._session is None:
            self._session = self.site.connect("build")
        return self._session

    def _scan(self) -> Tree:
        session = self._agent()
        tree = session.scan("root")
        fetch_folders(session, self.forest, tree.root)
        self.tree = tree
        return tree

    def _pack(self, paths: Sequence[Path], results: Results) -> Digest:
        with results.new_layer() as draft:
            return draft.publish(self._agent().pack("root", paths, draft.fd))
