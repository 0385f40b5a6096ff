namespace Spa.Engine.Generation;

public enum FinishReason : byte
{
    /// <summary>A stop token was drawn, or the text contains a stop string.</summary>
    Stop,

    /// <summary>The limit of new tokens or the model's context was reached.</summary>
    Length,
}
