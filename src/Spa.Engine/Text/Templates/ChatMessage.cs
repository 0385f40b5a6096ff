namespace Spa.Engine.Text;

/// <summary>One plain turn of a conversation. Turns with tool calls, images or reasoning are JSON objects instead.</summary>
public sealed record ChatMessage(string Role, string Content);
