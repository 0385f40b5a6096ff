using System.CommandLine;

namespace Spa.Cli.Commands;

/// <summary>A word that only opens further commands, such as <c>spa eval</c>; by itself it shows its help.</summary>
internal sealed class CommandGroup(string name, string description) : Command(name, description);
