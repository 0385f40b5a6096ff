using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// Replies of a service on disk, one file each, named by the SHA-256 of address and request. A request that was answered once is not sent again, so an
/// interrupted command goes on where it was and a repeated one costs nothing. A file that cannot be read counts as absent.
/// </summary>
internal sealed class EndpointCache(string? folder)
{
    /// <summary>The name of a request.</summary>
    public static string Key(Uri address, string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}\n{body}")));

    /// <summary>The reply, or null.</summary>
    public JsonObject? Find(string key)
    {
        if (folder is null || !File.Exists(PathOf(key))) return null;
        try
        {
            return JsonFiles.ReadObject(PathOf(key))["reply"] as JsonObject;
        }
        catch (SpaException)
        {
            return null;
        }
    }

    /// <summary>Keeps a reply, with its request for people who look.</summary>
    /// <exception cref="SpaException">The folder cannot be written.</exception>
    public void Keep(string key, string body, JsonObject reply)
    {
        if (folder is null) return;
        JsonFiles.WriteObject(PathOf(key), new JsonObject { ["request"] = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions()), ["reply"] = reply.DeepClone() });
    }

    private string PathOf(string key) => Path.Combine(folder!, key[..2], key + ".json");
}
