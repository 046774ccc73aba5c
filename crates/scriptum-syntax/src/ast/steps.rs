//! Steps: one struct a verb, what they share in [`StepNode`], and [`Step`] for any of them.

use super::{
    Arrow, AstNode, CheckClause, Expr, Input, LoopClause, Name, OnError, OtherwiseRule, Question,
    Returns, StringLiteral, ToolPath, WhenRule, ast_node, child, children,
    clauses::{body, clause, inputs, label},
    name, names, node, token, tokens,
};
use crate::{Span, SyntaxKind, SyntaxNode, Verb};

ast_node! {
    /// Steps and sections in a row: the body of a script, a loop, a branch or a lane.
    Block = Block | SourceFile
}

impl Block {
    /// The body of a whole script.
    pub(super) fn of_file(file: SyntaxNode) -> Block {
        Block(file)
    }

    /// Steps and sections, in the order of the text.
    pub fn items(&self) -> impl Iterator<Item = Item> + use<> {
        children(&self.0)
    }

    /// The steps alone.
    pub fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        children(&self.0)
    }
}

/// A step or a section.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// A step.
    Step(Step),
    /// `### Title ###`
    Section(Section),
}

impl AstNode for Item {
    fn is(kind: SyntaxKind) -> bool {
        kind == SyntaxKind::Section || Step::is(kind)
    }

    fn cast(node: SyntaxNode) -> Option<Item> {
        if node.kind() == SyntaxKind::Section {
            return Section::cast(node).map(Item::Section);
        }
        Step::cast(node).map(Item::Step)
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Item::Step(step) => step.syntax(),
            Item::Section(section) => section.syntax(),
        }
    }
}

ast_node! {
    /// `### Title ###`
    Section = Section
}

impl Section {
    /// The title without its marks.
    pub fn title(&self) -> String {
        let line = token(&self.0, SyntaxKind::SectionLine);
        line.map(|line| line.text().trim().trim_matches('#').trim().to_owned())
            .unwrap_or_default()
    }
}

/// What every step may have.
pub trait StepNode: AstNode {
    /// The verb as it stands in the text.
    fn verb_span(&self) -> Span {
        let first = self
            .syntax()
            .first_token()
            .expect("every step begins with its verb");
        first.span()
    }

    /// The title in quotes after the verb.
    fn label(&self) -> Option<StringLiteral> {
        label(self.syntax())
    }

    /// The inputs, those in braces and those on lines of their own, in the order of the text.
    fn inputs(&self) -> impl Iterator<Item = Input> {
        inputs(self.syntax())
    }

    /// The arrow that belongs to this step.
    fn arrow(&self) -> Option<Arrow> {
        child(self.syntax())
    }

    /// The `on error:` clause.
    fn on_error(&self) -> Option<OnError> {
        child(self.syntax())
    }
}

/// Declares the views of all steps and the enum over them.
macro_rules! steps {
    ($($(#[$doc:meta])* $variant:ident($name:ident),)*) => {
        $(
            ast_node! {
                $(#[$doc])*
                $name = $name
            }
            impl StepNode for $name {}
        )*

        /// Any step.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Step { $($(#[$doc])* $variant($name),)* }

        impl Step {
            /// The verb of the step.
            pub fn verb(&self) -> Verb {
                match self { $(Step::$variant(_) => Verb::$variant,)* }
            }
        }

        impl AstNode for Step {
            fn is(kind: SyntaxKind) -> bool {
                SyntaxKind::DoStep <= kind && kind <= SyntaxKind::SendStep
            }

            fn cast(node: SyntaxNode) -> Option<Step> {
                let index = (node.kind() as usize).checked_sub(SyntaxKind::DoStep as usize)?;
                match Verb::ALL.get(index)? { $(Verb::$variant => Some(Step::$variant($name(node))),)* }
            }

            fn syntax(&self) -> &SyntaxNode {
                match self { $(Step::$variant(step) => step.syntax(),)* }
            }
        }

        impl StepNode for Step {}
    };
}

steps! {
    /// `do "Label" with tool`
    Do(DoStep),
    /// `let name = expr`
    Let(LetStep),
    /// `each "Label" item, index in xs parallel n sleep ms`
    Each(EachStep),
    /// `decide "Label" with rules` or `with llm`
    Decide(DecideStep),
    /// `check "Label" condition`, or with an `ask llm` below
    Check(CheckStep),
    /// `together`
    Together(TogetherStep),
    /// `pipe "Label" item from source batch n parallel n`
    Pipe(PipeStep),
    /// `repeat "Label" max n until expr sleep ms`
    Repeat(RepeatStep),
    /// `wait "5m"`, `wait until expr`, `wait for event "name" timeout "1h"`
    Wait(WaitStep),
    /// `agent "Label" with llm`
    Agent(AgentStep),
    /// `ask "Label"`
    Ask(AskStep),
    /// `plan "Label" with llm`
    Plan(PlanStep),
    /// `run target name = expr`
    Run(RunStep),
    /// `emit "Label"`
    Emit(EmitStep),
    /// `yield "Label"`
    Yield(YieldStep),
    /// `send "Label" via "channel"`
    Send(SendStep),
}

impl DoStep {
    /// The tool or capability after `with`.
    pub fn tool(&self) -> Option<ToolPath> {
        child(&self.0)
    }

    /// `returns { … }`: the shape that the result must have.
    pub fn returns(&self) -> Option<Returns> {
        child(&self.0)
    }
}

impl LetStep {
    /// The name that is bound.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// What it is bound to.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}

impl EachStep {
    /// The name of the item.
    pub fn item(&self) -> Option<Name> {
        name(&self.0)
    }

    /// The name of the index, if wanted.
    pub fn index(&self) -> Option<Name> {
        names(&self.0).nth(1)
    }

    /// The list.
    pub fn source(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// `parallel n`
    pub fn parallel(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::ParallelClause)
    }

    /// `sleep ms`
    pub fn sleep(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::SleepClause)
    }

    /// The steps that run for each item.
    pub fn body(&self) -> Option<Block> {
        body(&self.0)
    }
}

impl PipeStep {
    /// The name of the item.
    pub fn item(&self) -> Option<Name> {
        name(&self.0)
    }

    /// The list or stream.
    pub fn source(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// `batch n`
    pub fn batch(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::BatchClause)
    }

    /// `parallel n`
    pub fn parallel(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::ParallelClause)
    }

    /// The stages.
    pub fn body(&self) -> Option<Block> {
        body(&self.0)
    }
}

impl RepeatStep {
    /// `max n`
    pub fn max(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::MaxClause)
    }

    /// `until expr`
    pub fn until(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::UntilClause)
    }

    /// `sleep ms`
    pub fn sleep(&self) -> Option<LoopClause> {
        clause(&self.0, SyntaxKind::SleepClause)
    }

    /// The steps that are repeated.
    pub fn body(&self) -> Option<Block> {
        body(&self.0)
    }
}

impl DecideStep {
    /// What stands after `with`: `rules`, or a model capability such as `llm`.
    pub fn with(&self) -> Option<ToolPath> {
        child(&self.0)
    }

    /// The `when` rules, in the order of the text.
    pub fn rules(&self) -> impl Iterator<Item = WhenRule> + use<> {
        children(&self.0)
    }

    /// The `otherwise` rule.
    pub fn otherwise(&self) -> Option<OtherwiseRule> {
        child(&self.0)
    }

    /// The branches, in the order of the text.
    pub fn branches(&self) -> impl Iterator<Item = Branch> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `"Name":` and its steps, in a decide.
    Branch = Branch
}

impl Branch {
    /// The branch's name.
    pub fn label(&self) -> Option<StringLiteral> {
        label(&self.0)
    }

    /// The steps.
    pub fn body(&self) -> Option<Block> {
        body(&self.0)
    }
}

impl CheckStep {
    /// The condition on the line.
    pub fn condition(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// `ask llm "question"` instead of a condition.
    pub fn question(&self) -> Option<Question> {
        child(&self.0)
    }

    /// `on pass: action`
    pub fn on_pass(&self) -> Option<CheckClause> {
        self.on(SyntaxKind::OnPass)
    }

    /// `on fail: action`
    pub fn on_fail(&self) -> Option<CheckClause> {
        self.on(SyntaxKind::OnFail)
    }

    fn on(&self, kind: SyntaxKind) -> Option<CheckClause> {
        node(&self.0, kind).and_then(CheckClause::cast)
    }
}

impl TogetherStep {
    /// The lanes, in the order of the text.
    pub fn members(&self) -> impl Iterator<Item = TogetherMember> + use<> {
        let block = child::<Block>(&self.0);
        block
            .into_iter()
            .flat_map(|block| block.0.children())
            .filter_map(TogetherMember::cast)
    }
}

/// One lane of a `together`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TogetherMember {
    /// `"Name":` and several steps.
    Lane(Lane),
    /// A single step.
    Step(Step),
}

impl AstNode for TogetherMember {
    fn is(kind: SyntaxKind) -> bool {
        kind == SyntaxKind::Lane || Step::is(kind)
    }

    fn cast(node: SyntaxNode) -> Option<TogetherMember> {
        if node.kind() == SyntaxKind::Lane {
            return Lane::cast(node).map(TogetherMember::Lane);
        }
        Step::cast(node).map(TogetherMember::Step)
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            TogetherMember::Lane(lane) => lane.syntax(),
            TogetherMember::Step(step) => step.syntax(),
        }
    }
}

ast_node! {
    /// `"Name":` and its steps, in a together.
    Lane = Lane
}

impl Lane {
    /// The lane's name.
    pub fn label(&self) -> Option<StringLiteral> {
        label(&self.0)
    }

    /// The steps.
    pub fn body(&self) -> Option<Block> {
        body(&self.0)
    }
}

/// What a `wait` waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WaitForm {
    /// `wait "5m"` or `wait for "5m"`
    For(Expr),
    /// `wait until expr`
    Until(Expr),
    /// `wait for event "name" timeout "1h"`
    Event {
        /// The event's name.
        name: Expr,
        /// How long at most.
        timeout: Option<Expr>,
    },
}

impl WaitStep {
    /// What it waits for.
    pub fn form(&self) -> Option<WaitForm> {
        if let Some(event) = node(&self.0, SyntaxKind::EventClause) {
            let timeout =
                clause(&self.0, SyntaxKind::TimeoutClause).and_then(|timeout| timeout.value());
            return Some(WaitForm::Event {
                name: child(&event)?,
                timeout,
            });
        }
        if let Some(until) = clause(&self.0, SyntaxKind::UntilClause) {
            return until.value().map(WaitForm::Until);
        }
        child(&self.0).map(WaitForm::For)
    }
}

impl AgentStep {
    /// The model capability after `with`.
    pub fn with(&self) -> Option<ToolPath> {
        child(&self.0)
    }
}

impl PlanStep {
    /// The model capability after `with`.
    pub fn with(&self) -> Option<ToolPath> {
        child(&self.0)
    }
}

/// What a `run` runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunTarget {
    /// A binding with a plan's result, or the name of a stored script.
    Name(Name),
    /// The name of a stored script in quotes.
    Text(StringLiteral),
}

impl RunStep {
    /// What it runs.
    pub fn target(&self) -> Option<RunTarget> {
        match name(&self.0) {
            Some(name) => Some(RunTarget::Name(name)),
            None => label(&self.0).map(RunTarget::Text),
        }
    }
}

impl SendStep {
    /// The channel after `via`.
    pub fn channel(&self) -> Option<StringLiteral> {
        let via = token(&self.0, SyntaxKind::ViaKw)?.span().end;
        let labels = self
            .0
            .children()
            .filter(|node| node.kind() == SyntaxKind::Label);
        labels
            .filter(|node| via <= node.span().start)
            .find_map(StringLiteral::cast)
    }
}

impl EmitStep {
    /// True when nothing but the verb stands there.
    pub fn is_bare(&self) -> bool {
        self.0.children().next().is_none()
            && tokens(&self.0)
                .filter(|token| !token.kind().is_trivia())
                .count()
                == 1
    }
}
