using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>
/// A key of TRL, transformers or an old release of theirs that has no counterpart here. Its neutral value passes in silence, another one
/// gives a notice, or an error where ignoring it would change what is computed.
/// </summary>
/// <param name="Name">The key.</param>
/// <param name="Reason">Why it does nothing here, or what to write instead; continues "'name' ...".</param>
/// <param name="Removed">Whether upstream has dropped it.</param>
/// <param name="ChangesResult">Whether a value other than <paramref name="Neutral"/> is an error.</param>
/// <param name="Neutral">The value, as YAML text, that asks for nothing; null where no value is neutral.</param>
public sealed record ForeignKey(string Name, string Reason, bool Removed = false, bool ChangesResult = false, string? Neutral = null)
{
    /// <summary>Whether this value asks for nothing.</summary>
    public bool IsNeutral(JsonNode? value) => Neutral is not null && JsonNode.DeepEquals(value, YamlReader.ReadValue(new ConfigurationDocument(Name), Neutral));

    /// <summary>What becomes of this value in a configuration that is imported.</summary>
    public string Fate(JsonNode value) => IsNeutral(value) ? "asks for nothing that is not so anyway" : $"{Reason}{(ChangesResult ? "; the result will differ" : "")}";
}
