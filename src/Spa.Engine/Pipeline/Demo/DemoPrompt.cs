namespace Spa.Engine.Pipeline.Demo;

/// <summary>A prompt of the demo and what it asks about.</summary>
internal sealed record DemoPrompt(string Text, DemoFact Fact);
