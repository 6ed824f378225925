"""Steps to flowcharts: one box for each question and each end, cut into sections that fit on a page.

Ends are repeated wherever they are reached, and so are small groups of questions, so that no arrows cross; a larger group
that is reached from several places is a section of its own, and the others point to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ruleproof.artifacts import chart_words as words
from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, wrapped
from ruleproof.artifacts.steps import Ask, Say, Step, bottom_up
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import Space

REPEATED = 2
"""How many questions a group may have to be repeated at each place that leads to it."""

import os
MAXQ=int(os.environ.get("MAXQ","12")); MAXD=int(os.environ.get("MAXD","6")); LR=bool(os.environ.get("LR"))

def heads(root):
    parents={}
    for s in bottom_up(root):
        if isinstance(s,Ask):
            for w in s.ways: parents[id(w.step)]=parents.get(id(w.step),0)+1
    head=set(); size={}
    def measure(s):
        q=1; d=0
        for w in s.ways:
            if isinstance(w.step,Ask) and id(w.step) not in head:
                q+=size[id(w.step)][0]; d=max(d,size[id(w.step)][1])
        return q,d+1
    order=[]
    for s in bottom_up(root):
        if isinstance(s,Say): continue
        m=measure(s)
        while m[0]>MAXQ or m[1]>MAXD:
            kids=[w.step for w in s.ways if isinstance(w.step,Ask) and id(w.step) not in head]
            k=max(kids,key=lambda k:(size[id(k)] if m[0]>MAXQ else size[id(k)][::-1]))
            head.add(id(k)); m=measure(s)
        size[id(s)]=m
        if parents.get(id(s),0)>1 and m[0]>REPEATED: head.add(id(s))
    head.add(id(root))
    # order
    out=[]; seen=set()
    def walk(s):
        if isinstance(s,Say): return
        if id(s) in head and id(s) not in seen:
            seen.add(id(s)); out.append(s)
        for w in s.ways: walk(w.step)
    walk(root)
    return out

@dataclass
class Draw:
    space: Space; decision: Decision; number: dict; boxes: list=field(default_factory=list); arrows: list=field(default_factory=list)
    def step(self, s, top=False):
        i=f"n{len(self.boxes)+1}"
        if isinstance(s,Ask) and (top or id(s) not in self.number):
            self.boxes.append(None); at=len(self.boxes)-1
            self.boxes[at]=Box(i,Kind.QUESTION,wrapped(words.question(self.space,s.dimension),24),wrapped(words.asked_of(self.space,s.dimension),24) if words.asked_of(self.space,s.dimension) else ())
            for w in s.ways:
                j=self.step(w.step)
                self.arrows.append(Arrow(f"e{len(self.arrows)+1}",i,j,wrapped(words.answer(self.space,s.dimension,w.cells),18)))
        elif isinstance(s,Ask):
            self.boxes.append(Box(i,Kind.CONTINUES,("continues in",f"section {self.number[id(s)]}")))
        else:
            t=tuple(l for x in words.small_print(self.decision,s) for l in wrapped(x,28))
            self.boxes.append(Box(i,words.kind_of(self.decision,s),wrapped(words.headline(self.decision,s),26),t))
        return i

def charts(decision,space,root):
    hs=heads(root); number={id(h):i+1 for i,h in enumerate(hs)}
    for h in hs:
        d=Draw(space,decision,number); d.step(h,True)
        yield Chart(f"{decision.name}-{number[id(h)]}",f"{decision.label}",("note",),tuple(d.boxes),tuple(d.arrows),across=LR)
