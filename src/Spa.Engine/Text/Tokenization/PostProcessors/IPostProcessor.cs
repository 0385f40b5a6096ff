using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Adds the special tokens that surround a text, such as BOS. Thread-safe.</summary>
internal interface IPostProcessor
{
    /// <summary>The ids of one text with what belongs around them.</summary>
    List<int> Process(List<int> ids);

    /// <summary>All ids that it may add, to check them against the vocabulary.</summary>
    IEnumerable<int> AddedIds { get; }

    void Write(Utf8JsonWriter json);
}
