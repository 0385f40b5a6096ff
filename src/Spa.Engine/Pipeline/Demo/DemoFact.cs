namespace Spa.Engine.Pipeline.Demo;

/// <summary>Something to ask about: the question, and the sentence that answers it, <c>Head + Value + Tail + "."</c>.</summary>
internal sealed record DemoFact(string Question, string Head, string Value, string Tail = "");
